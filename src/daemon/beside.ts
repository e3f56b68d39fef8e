export { bundleBeside } from './bundle-beside.ts';
export { doctorBeside, listChecks, seenFromOutside, summarise, unknownChecks } from './diagnose.ts';
