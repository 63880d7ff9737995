/** How the dialogs look, in Node-RED's own colours, light or dark. */
const CSS = `
.red-ui-editor .vocu-form .form-row > label { box-sizing: border-box; width: 165px; padding-left: 22px; text-indent: -22px; vertical-align: middle; }
.red-ui-editor .vocu-form .form-row > label > i { text-indent: 0; }
.red-ui-editor .vocu-form .form-row > label:empty { height: 1px; }
.vocu-hint { display: none; margin: 3px 0 0 169px; font-size: 12px; line-height: 18px; color: var(--red-ui-secondary-text-color); }
.vocu-hint i { margin-right: 5px; }
.vocu-hint.vocu-good i { color: var(--red-ui-text-color-success); }
.vocu-hint.vocu-warning i { color: var(--red-ui-text-color-warning); }
.vocu-hint.vocu-bad { color: var(--red-ui-text-color-error); }
.vocu-fold { display: inline-block; margin: 4px 0 10px; color: var(--red-ui-primary-text-color); text-decoration: none !important; }
.vocu-fold i { width: 14px; text-align: center; transition: transform 0.15s; }
.vocu-offer { display: flex; justify-content: space-between; gap: 16px; width: 100%; overflow: hidden; }
.vocu-offer span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.vocu-offer span:first-child { flex: 0 0 auto; max-width: 75%; }
.vocu-offer-value { opacity: 0.6; font-size: 0.9em; }
.vocu-offer-unusable { opacity: 0.55; }
.vocu-lines { margin-left: 8px; opacity: 0.6; font-size: 0.9em; }
`;

/** Adds the styles to the page. */
export function addStyles(): void {
  $("<style>").text(CSS).appendTo(document.head);
}
