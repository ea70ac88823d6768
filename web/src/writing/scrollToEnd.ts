/**
 * Scrolls a box of writing to its end, by whole lines: none is cut in two at the top. The box has a line of padding
 * below for what that is more than needed. An empty box is where it should be: to look would lay out the whole page.
 */
export function scrollToEnd(box: HTMLElement): void {
  if (!box.textContent) return;
  const line = Number.parseFloat(getComputedStyle(box).lineHeight);
  const hidden = box.scrollHeight - line - box.clientHeight;
  box.scrollTop = hidden > 0.5 ? Math.ceil((hidden - 0.5) / line) * line : 0;
}
