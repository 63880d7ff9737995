/** Dialogs that do not slide, for tests that are about something else. */

/**
 * Run in the page: Node-RED's dialogs are in their place, and gone, without the pauses in which they slide. Only the
 * timers that the sliding itself sets are hurried; what a dialog does while it is being built keeps its own pace.
 */
export const WITHOUT_SLIDING = `(() => {
  const { tray } = RED;
  const later = window.setTimeout;
  const during = (timer, work) => {
    const before = window.setTimeout;
    window.setTimeout = timer;
    try { return work(); } finally { window.setTimeout = before; }
  };
  const soon = (work, ms, ...rest) =>
    later(typeof work === "function" ? () => during(soon, () => work(...rest)) : work, 0);
  const { show, close } = tray;
  tray.show = (options) => {
    const open = options?.open;
    if (open?.length === 1) options.open = (element) => during(later, () => open.call(options, element));
    else if (open) {
      options.open = (element, done) =>
        during(later, () => open.call(options, element, () => during(soon, done)));
    }
    return during(soon, () => show(options));
  };
  tray.close = (done) => during(soon, () => close(done));
  $("<style>").text(".red-ui-tray { transition: none !important }").appendTo(document.head);
  $.fx.off = true;
})()`;
