import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { DaemonUnreachable, type DiagnosticResult, SignetApiError, SignetClient } from '../../src/client/index.ts';
import { fakeDaemon, json } from './fake-daemon.ts';

function result(id: string): DiagnosticResult {
  const texts = { title: 'é', found: 'Fine.', fix: null };
  return { id, severity: 'error', result: 'pass', evidence: {}, dependsOn: [], durationMs: 1, ...texts };
}

const summary = { pass: 2, warn: 0, fail: 0, skip: 0, unknown: 0, startHere: null };
const lines = [result('a.one'), result('a.two'), { end: true, summary }].map((line) => `${JSON.stringify(line)}\n`).join('');

function send(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const byte of Buffer.from(text)) response.write(Buffer.from([byte]));
  response.end();
}

describe('diagnostics', () => {
  it('are read line by line, broken anywhere', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir, language: 'fr' });
    daemon.answer = (_request, response) => send(response, lines);
    const heard: string[] = [];
    const report = await client.diagnostics({ ids: ['a.one', 'a&two'], onResult: ({ id }) => heard.push(id) });
    expect(report).toEqual({ checks: [result('a.one'), result('a.two')], summary, end: true });
    expect(heard).toEqual(['a.one', 'a.two']);
    const [asked] = daemon.received;
    expect(asked?.url).toBe('/v1/diagnostics?check=a.one&check=a%26two');
    expect(asked?.headers).toMatchObject({ 'accept-language': 'fr', accept: expect.stringContaining('application/x-ndjson') });
  });

  it.each([
    ['end before the last line', lines.slice(0, lines.indexOf('{"end"'))],
    ['are no JSON', 'hello\n'],
    ['are one endless line', 'x'.repeat(1_100_000)],
  ])('are broken when they %s', async (_what, text) => {
    await using daemon = await fakeDaemon('tcp');
    await using client = new SignetClient({ url: daemon.url, token: 'x', runtimeDir: daemon.runtimeDir });
    daemon.answer = (_request, response) => {
      response.writeHead(200);
      response.end(text);
    };
    await expect(client.diagnostics()).rejects.toMatchObject({ name: DaemonUnreachable.name, reason: 'broken' });
  });

  it('are broken when the connection is', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    daemon.answer = (_request, response) => {
      response.writeHead(200);
      response.write(lines.slice(0, 40), () => daemon.drop());
    };
    await expect(client.diagnostics()).rejects.toMatchObject({ reason: 'broken' });
  });

  it('end with the signal', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    const call = new AbortController();
    daemon.answer = (_request, response) => {
      response.writeHead(200);
      response.write(lines.split('\n')[0] ?? '');
      call.abort(new Error('enough'));
    };
    await expect(client.diagnostics({ signal: call.signal })).rejects.toThrow('enough');
  });

  it('are refused as everything is', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    const problem = { type: 'x', title: 'x', status: 503, code: 'queue_full', detail: 'x', instance: '/' };
    daemon.answer = (_request, response) => json(response, 503, problem);
    await expect(client.diagnostics()).rejects.toBeInstanceOf(SignetApiError);
  });

  it('are listed', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    const check = { id: 'a.one', title: 'x', severity: 'error', dependsOn: [], optIn: false, here: true } as const;
    daemon.answer = (_request, response) => json(response, 200, { checks: [check] });
    expect(await client.diagnosticChecks()).toEqual([check]);
    expect(daemon.received[0]?.url).toBe('/v1/diagnostics?list=true');
  });
});
