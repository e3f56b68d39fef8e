import process from 'node:process';
import { run } from './run.ts';

// Whoever reads may have had enough (`| head`): no reason for a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), process);
