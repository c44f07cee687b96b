// Under node a WebAssembly program has an environment of its own: it gets the process's, in which GoogleTest
// is told which of several shards it is to run.
Module["preRun"] = [() => Object.assign(ENV, process.env)];
