import { ensureBuild } from './build.mjs';
import { dependenciesMissing, ensureDependencies } from './dependencies.mjs';
import { isProgram } from './run.mjs';
import { main } from './say.mjs';
import { install, missingPackages } from './system.mjs';

/** Brings a checkout from fresh to runnable: system packages, dependencies, build. Prints a line for each step that had something to do. */
export function prepare() {
  install(missingPackages(dependenciesMissing()));
  ensureDependencies();
  ensureBuild();
}

if (isProgram(import.meta.url)) {
  await main(() => {
    prepare();
    return 0;
  });
}
