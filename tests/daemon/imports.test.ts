import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const LISTEN = `
import { registerHooks } from 'node:module';
const seen = [];
registerHooks({ load: (url, context, next) => (seen.push(url), next(url, context)) });
await import(process.argv[1]);
console.log(JSON.stringify(seen));`;

it('a daemon that serves loads neither the doctor nor what makes bundles and dossiers', async () => {
  const door = new URL('../../src/daemon/index.ts', import.meta.url).href;
  const args = ['--no-warnings', '--input-type=module', '-e', LISTEN, door];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 8 * 1024 * 1024 });
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded.filter((url) => url.includes('/src/daemon/'))).not.toEqual([]);
  const idle = /\/src\/diagnostics\/|\/node_modules\/(?:fflate|pdfkit|nodemailer|file-type)\//;
  expect(loaded.filter((url) => idle.test(url))).toEqual([]);
});
