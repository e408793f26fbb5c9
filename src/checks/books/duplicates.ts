// Check `duplicates`: no two analyses had one id. An import keeps the second one under `<id>~2`.
import { ofEach } from './check.js';

export const duplicates = ofEach('duplicates', ({ id }) => {
  const double = /^(.*)~\d+$/.exec(id);
  if (double === null) return [];
  const message = `${id} had the id of ${double[1]!} in the store or the file that it came from.`;
  return [
    {
      level: 'warning',
      code: 'DUPLICATE_ID',
      id,
      message,
      fix: `Compare the two: tokentrail analysis show ${double[1]!}; tokentrail analysis show ${id}`,
    },
  ];
});
