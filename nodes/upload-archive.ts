import { ARCHIVE_SETTINGS, defineNode, file, uploadArchive } from "../lib/flow";

export = defineNode({
  type: "vocu-upload-archive",
  family: "library",
  reference: "F",
  legacy: true,
  inputs: {
    archive: file({ required: true, from: "msg.payload", file: { media: "any", wire: "part" }, in: "form" }),
  },
  settings: ARCHIVE_SETTINGS,
  outputs: 2,
  run: uploadArchive,
});
