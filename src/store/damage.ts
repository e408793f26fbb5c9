// What to do about a store that is damaged, for every message that tells of it.

export const RESTORE = ['Run `tokentrail doctor --deep` to see what is damaged, and bring back a backup with `tokentrail store restore`.'];
