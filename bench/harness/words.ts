/** What the figures are called in the tables of the READMEs. */

import type { Results } from "./result";

/** The languages of the tables, and the documents that have them. */
export const DOCUMENTS = { en: "README.md", zh: "README.zh-CN.md" } as const;

export type TableLanguage = keyof typeof DOCUMENTS;

/** By the figure's id. */
export const FIGURES: Readonly<Record<string, Readonly<Record<TableLanguage, string>>>> = {
  "first-audio-instant": { en: "First audio, server that answers at once", zh: "首段音频，服务器立即响应" },
  "first-audio-50ms": { en: "First audio, server that takes 50 ms", zh: "首段音频，服务器需 50 ms" },
  "first-audio-paced": {
    en: "First audio, 10 s of speech sent at twice its speed",
    zh: "首段音频，10 秒语音以两倍速发送",
  },
  "first-sound-url": {
    en: "First byte out of _audio URL_, server of 50 ms",
    zh: "_audio URL_ 的首字节，服务器需 50 ms",
  },
  "first-sound-play": {
    en: "First byte into a player, server of 50 ms",
    zh: "播放器收到首字节，服务器需 50 ms",
  },
  "cache-hit": { en: "Whole speech (10 s) from the cache", zh: "从缓存取出整段语音（10 秒）" },
  "large-audio": { en: "64 MiB as fast as they come (processor time)", zh: "全速接收 64 MiB（处理器时间）" },
  "hour-of-audio": {
    en: "An hour of audio as fast as it comes (processor time)",
    zh: "全速接收一小时音频（处理器时间）",
  },
  "hour-of-audio-memory": { en: "… memory that it takes at most", zh: "……峰值内存" },
  "small-writes": {
    en: "30 s of audio in writes of 100 bytes (processor time)",
    zh: "30 秒音频，每次写入 100 字节（处理器时间）",
  },
  message: { en: "One message of a speech, all work included", zh: "语音的一条消息（含全部处理）" },
  "hundred-cpu": {
    en: "100 speeches at once, as fast as they play: processor",
    zh: "100 路语音同时按播放速度输出：处理器",
  },
  "hundred-delay": { en: "… delay of the event loop (99 %)", zh: "……事件循环延迟（99 %）" },
  "hundred-first": { en: "… last first audio", zh: "……最晚的首段音频" },
  "hundred-memory": { en: "… memory of each", zh: "……每路内存" },
  "thousand-cpu": { en: "1,000 speeches at once: processor", zh: "1000 路语音同时输出：处理器" },
  "thousand-delay": { en: "… delay of the event loop (99 %)", zh: "……事件循环延迟（99 %）" },
  "thousand-first": { en: "… last first audio", zh: "……最晚的首段音频" },
  "thousand-memory": { en: "… memory of each", zh: "……每路内存" },
  waiting: { en: "10,000 messages put into the queue", zh: "10000 条消息进入队列" },
  "waiting-memory": { en: "… memory of each", zh: "……每条内存" },
  "start-installed": {
    en: "Added to the start of Node-RED when installed (processor time)",
    zh: "安装后 Node-RED 启动增加的时间（处理器时间）",
  },
  "start-installed-memory": { en: "… memory", zh: "……内存" },
  "start-used": { en: "… with one speech node in a flow", zh: "……流程中有一个语音节点时" },
  "start-used-memory": { en: "… memory", zh: "……内存" },
  "live-decode": { en: "10 s of live speech read from its messages", zh: "从消息中读出 10 秒实时语音" },
  upload: { en: "Upload of a 400 MB file (processor time)", zh: "上传 400 MB 文件（处理器时间）" },
  "upload-memory": { en: "… memory that it takes at most", zh: "……峰值内存" },
  editor: { en: "Loaded by the editor", zh: "编辑器加载的数据" },
  "editor-compressed": { en: "… compressed", zh: "……压缩后" },
  tarball: { en: "Package, compressed", zh: "安装包（压缩）" },
  package: { en: "Package, unpacked", zh: "安装包（解压后）" },
  "package-with-dependencies": { en: "… with its dependencies", zh: "……含依赖" },
  "package-tts-ultimate": {
    en: "node-red-contrib-tts-ultimate, unpacked",
    zh: "node-red-contrib-tts-ultimate（解压后）",
  },
  "package-elevenlabs-js": {
    en: "@elevenlabs/elevenlabs-js, unpacked",
    zh: "@elevenlabs/elevenlabs-js（解压后）",
  },
  "package-openai": { en: "openai, unpacked", zh: "openai（解压后）" },
};

/** The words around the figures. */
export const WORDS = {
  en: {
    head: ["", "By itself", "http request", "This package", "Goal", ""],
    goal: { raw: "× by itself", core: "× http request", most: "at most" },
    met: { true: "reached", false: "not reached" },
    run: ({ date, node, nodeRed, processors, quick }: Omit<Results, "figures">) =>
      `Measured on ${date}${quick ? " in a quick run (few rounds)" : ""} with Node.js ${node} and Node-RED ${nodeRed} on a shared machine with ${processors} processors.`,
  },
  zh: {
    head: ["", "单独完成", "http request 节点", "本软件包", "目标", ""],
    goal: { raw: "× 单独完成", core: "× http request", most: "不超过" },
    met: { true: "达到", false: "未达到" },
    run: ({ date, node, nodeRed, processors, quick }: Omit<Results, "figures">) =>
      `测量于 ${date}${quick ? "（快速测量，轮次较少）" : ""}，Node.js ${node}，Node-RED ${nodeRed}，${processors} 个处理器的共享机器。`,
  },
} as const;
