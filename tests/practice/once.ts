// Provisions in a process of its own and prints what was done: once.ts STATE_DIR LIBRARY
import { provisionPractice } from '../../src/practice/index.ts';

const [stateDir = '', library = ''] = process.argv.slice(2);
const { done, token } = await provisionPractice({ stateDir, library });
console.log(JSON.stringify({ done, serial: token.serial }));
