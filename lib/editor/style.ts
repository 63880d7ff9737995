/** How the dialogs look, in Node-RED's own colours, light or dark. */
const CSS = `
.red-ui-editor .vocu-form .form-row > label { box-sizing: border-box; width: 165px; padding-left: 22px; text-indent: -22px; vertical-align: middle; }
.red-ui-editor .vocu-form .form-row > label > i { text-indent: 0; }
.red-ui-editor .vocu-form .form-row > label:empty { height: 1px; }
.vocu-form .vocu-has-side .red-ui-typedInput-container { width: calc(100% - 211px) !important; }
.red-ui-editor .vocu-form button.vocu-side-button { width: 32px; height: 34px; margin-left: 4px; padding: 0; vertical-align: top; }
.vocu-form .vocu-has-slider .red-ui-typedInput-container { width: calc(100% - 325px) !important; }
.red-ui-editor .vocu-form .form-row input.vocu-slider { width: 138px; margin: 0 0 0 8px; padding: 0; vertical-align: middle; accent-color: var(--red-ui-text-color-link, #3c7cbd); }
.red-ui-editor .vocu-form .form-row input.vocu-slider[hidden] { display: none; }
.vocu-hint, .vocu-problem, .vocu-conflict { display: none; margin: 3px 0 0 169px; font-size: 12px; line-height: 18px; color: var(--red-ui-primary-text-color); }
.vocu-hint i, .vocu-problem i, .vocu-conflict i { margin-right: 5px; }
.vocu-hint.vocu-good i { color: var(--red-ui-text-color-success); }
.vocu-hint.vocu-warning, .vocu-conflict { padding: 2px 8px; border-left: 3px solid #e0a800; background: rgba(224, 168, 0, 0.12); color: var(--red-ui-primary-text-color); }
.vocu-hint.vocu-bad i, .vocu-problem i { color: var(--red-ui-text-color-error); }
.vocu-hint a, .vocu-link { color: var(--red-ui-primary-text-color); text-decoration: underline !important; }
.vocu-conflict .vocu-button { margin-left: 8px; }
.red-ui-editor .vocu-form button.vocu-button { height: auto; padding: 1px 8px; line-height: 20px; }
.red-ui-editor .vocu-form button.vocu-button:not(:disabled) { color: var(--red-ui-primary-text-color) !important; }
.vocu-form .input-error:focus, .vocu-form .red-ui-typedInput-container.input-error.red-ui-typedInput-focus { outline: 2px solid var(--red-ui-text-color-error, #d6615f); outline-offset: 1px; }
.vocu-fold { display: inline-block; margin: 4px 0 10px; padding: 2px 4px; border: 0; background: none; font: inherit; color: var(--red-ui-primary-text-color); }
.vocu-fold i { width: 14px; text-align: center; transition: transform 0.15s; }
.vocu-heading { margin: 14px 0 8px; padding-bottom: 2px; border-bottom: 1px solid var(--red-ui-secondary-border-color); font-size: 13px; font-weight: bold; line-height: 20px; color: var(--red-ui-primary-text-color); }
.vocu-action { margin: 4px 0 0 169px; }
.vocu-lines { margin-left: 8px; font-size: 0.9em; color: var(--red-ui-primary-text-color); }
.red-ui-editor .vocu-form .vocu-try textarea { box-sizing: border-box; width: calc(100% - 175px); height: 34px; resize: vertical; vertical-align: middle; }
.vocu-try .vocu-cost { margin-left: 8px; font-size: 12px; color: var(--red-ui-primary-text-color); }
.vocu-try .vocu-actions { margin: 4px 0 0 169px; }
.red-ui-typedInput-value-label.vocu-combo-holder { padding: 0; }
.vocu-combo { display: flex; align-items: center; height: 32px; }
.red-ui-editor .vocu-combo input[type=text] { flex: 1 1 auto; min-width: 0; height: 32px; margin: 0; padding: 0 6px; border: 0; outline: 0; box-shadow: none; background: transparent; color: var(--red-ui-form-text-color); text-overflow: ellipsis; }
.vocu-combo > .vocu-avatar { margin-left: 5px; }
.vocu-avatar { flex: 0 0 24px; height: 24px; border-radius: 50%; overflow: hidden; }
.vocu-avatar img { width: 24px; height: 24px; object-fit: cover; display: block; }
.vocu-avatar[hidden] { display: none; }
.vocu-marks { flex: 0 0 auto; margin-left: auto; padding: 0 4px; white-space: nowrap; }
.vocu-mark { display: inline-block; margin-left: 4px; padding: 0 5px; border: 1px solid var(--red-ui-secondary-border-color); border-radius: 8px; font-size: 11px; line-height: 15px; color: var(--red-ui-primary-text-color); }
.vocu-list { position: fixed; z-index: 2000; box-sizing: border-box; overflow-y: auto; padding: 3px 0; border: 1px solid var(--red-ui-form-input-border-color); border-radius: 3px; box-shadow: 0 4px 14px rgba(0, 0, 0, 0.25); background: var(--red-ui-form-input-background); color: var(--red-ui-primary-text-color); font-size: 14px; }
.vocu-list-heading { position: sticky; top: -3px; z-index: 1; padding: 4px 10px; font-size: 11px; font-weight: bold; background: var(--red-ui-form-input-background); color: var(--red-ui-primary-text-color); }
.vocu-offer { display: flex; align-items: center; gap: 8px; min-height: 36px; padding: 2px 8px; cursor: pointer; content-visibility: auto; contain-intrinsic-size: auto 36px; }
.vocu-offer:hover { background: var(--red-ui-list-item-background-hover); }
.vocu-offer.vocu-active { background: var(--red-ui-list-item-background-selected); }
.vocu-offer[aria-selected=true] .vocu-offer-name { font-weight: bold; }
.vocu-offer-text { flex: 1 1 auto; min-width: 0; line-height: 17px; }
.vocu-offer-name, .vocu-offer-more { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.vocu-offer-more { font-size: 12px; }
.vocu-unusable .vocu-avatar { filter: grayscale(1); }
.vocu-unusable .vocu-offer-name { font-style: italic; }
.vocu-play { flex: 0 0 26px; height: 26px; line-height: 24px; box-sizing: border-box; border: 1px solid var(--red-ui-secondary-border-color); border-radius: 50%; font-size: 11px; text-align: center; }
.vocu-play:hover { background: var(--red-ui-secondary-background-hover); }
.vocu-phrases { margin: 4px 0 0 169px; padding: 0; max-height: 240px; overflow-y: auto; list-style: none; }
.vocu-phrase { display: flex; align-items: center; gap: 6px; padding: 3px 0; border-bottom: 1px solid var(--red-ui-secondary-border-color); color: var(--red-ui-primary-text-color); }
.vocu-none { padding: 8px 10px; }
`;

/** Adds the styles to the page. */
export function addStyles(): void {
  $("<style>").text(CSS).appendTo(document.head);
}
