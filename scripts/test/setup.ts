/** Loaded by every Mocha process before the tests (see `.mocharc.json`). */

/** Mocha drops a rejection that nothing handles; thrown, it fails the test that runs. */
process.on("unhandledRejection", (reason) => {
  throw reason;
});
