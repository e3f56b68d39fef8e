import process from 'node:process';

// `main.js <host name> [what the browser adds]`: browsers name the manifest or the extension, portals of sandboxed ones nothing.
const [host, ...args] = process.argv.slice(2);
const { stdin, stdout } = process;

// The browser may close its end first: there is nobody left to tell.
stdout.on('error', () => process.exit());

// What is needed later is loaded later: a page that only looks whether there is a host must not wait for HTTP.
async function run(): Promise<void> {
  const daemon = async () => new (await import('./daemon.ts')).Daemon();
  if (host === 'eu.webeid') {
    const webeid = await import('./webeid.ts');
    return webeid.run(stdin, stdout, { request: async (...asked) => (await daemon()).request(...asked) });
  }
  if (host === 'signet') return (await import('./signet.ts')).run(stdin, stdout, await daemon(), args);
  process.stderr.write('signet-host: the first argument is eu.webeid or signet\n');
  process.exitCode = 2;
}

try {
  await run();
} catch (error) {
  process.stderr.write(`signet-host: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = 1;
}
// A browser keeps our standard input open until it sees us end.
process.exit();
