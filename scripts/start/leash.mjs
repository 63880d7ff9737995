/** Loaded into the demo's Node-RED: it ends when `npm start` is gone, however that ended. */
process.on("disconnect", () => process.exit());
