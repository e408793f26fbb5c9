import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetAnalysis } from '../../src/lifecycle/forget.js';
import { tagSession, type Tagged } from '../../src/lifecycle/tag.js';
import { Desk, SECOND } from './desk.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
  desk.answers({ input: 5, output: 60 }).pass(90).answers({ input: 5, output: 40 });
});

afterEach(() => rmSync(desk.home.path, { recursive: true, force: true }));

const tag = async (task: string): Promise<Tagged> => tagSession(await desk.books(), { target: desk.target, task, project: '~/work' });

describe('a session that is tagged', () => {
  it('is an analysis of the task, with all that it spent, and says how it was linked', async () => {
    const { analysis, before } = await tag('PROJ-1');
    expect(before).toBeNull();
    expect(analysis).toMatchObject({
      task: 'PROJ-1',
      status: 'completed',
      tool: 'claude-code',
      total_tokens: 110,
      started_at: desk.now - 90 * SECOND,
      completed_at: desk.now,
      duration_seconds: 90,
      sessions: [{ found_by: 'tag', session_id: desk.session.id }],
    });
  });

  it('has one such analysis: another tag takes the place of the first, with what was spent since', async () => {
    const first = await tag('PROJ-1');
    desk.pass(10).answers({ input: 0, output: 7 });
    const second = await tag('PROJ-2');
    expect(second).toMatchObject({ before: 'PROJ-1', analysis: { id: first.analysis.id, task: 'PROJ-2', total_tokens: 117, revision: 2 } });
    expect(await (await desk.books()).history(first.analysis.id)).toHaveLength(2);
  });

  it('gets another one where the first is forgotten', async () => {
    const { id } = (await tag('PROJ-1')).analysis;
    await forgetAnalysis(await desk.books(), id, 'wrong', null);
    expect((await tag('PROJ-1')).analysis.id).not.toBe(id);
  });

  it('must have a log here', async () => {
    const target = { ...desk.target, session_id: '00000000-0000-4000-8000-000000000000' };
    await expect(tagSession(await desk.books(), { target, task: 'PROJ-1', project: null })).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
    });
  });
});
