// Messages to the reader. Nothing that fails is swallowed: whatever no one else explains ends here.
import { UnfoldError } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { TextProblem } from '../data/corpus';
import { bytes } from '../i18n/format';
import { store, type Notice, type NoticeAction } from './store';

const MOST = 3;
const NOTE_LASTS = 12_000;
let next = 1;

export function notify(kind: Notice['kind'], title: string, detail = '', actions: NoticeAction[] = []): void {
  const others = store.notices.value.filter((notice) => notice.title !== title || notice.detail !== detail);
  const id = next++;
  store.notices.value = [...others, { id, kind, title, detail, actions }].slice(-MOST);
  if (kind === 'note') setTimeout(() => dismiss(id), NOTE_LASTS);
}

export function dismiss(id: number): void {
  store.notices.value = store.notices.value.filter((notice) => notice.id !== id);
}

/** Takes away what is no longer so. */
export function withdraw(title: string): void {
  store.notices.value = store.notices.value.filter((notice) => notice.title !== title);
}

/** Takes away the errors of a run that has ended. */
export function dismissErrors(): void {
  store.notices.value = store.notices.value.filter((notice) => notice.kind !== 'error');
}

/** Megabytes that the engine names as needed and as its limit: "4688 MB". */
const megabytes = (text: string | undefined) =>
  Number(/^(?:.* )?(\d+) MB$/.exec(text ?? '')?.[1] ?? NaN) * 1e6;

/** A network that does not fit into memory, in the language and the units of the page. */
export const tooLarge = (needed: number, limit: number): string =>
  message.notice.tooLarge(bytes(needed), bytes(limit));

export function textOf(error: unknown): string {
  if (error instanceof UnfoldError && error.code === 'OUT_OF_MEMORY') {
    const [needed, limit] = [megabytes(error.actual), megabytes(error.expected)];
    if (needed > 0 && limit > 0) return tooLarge(needed, limit);
  }
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}

const TITLES: Partial<Record<UnfoldError['code'], string>> = {
  INVALID_TEXT: message.notice.short,
  INVALID_CONFIG: message.notice.config,
  INVALID_CHECKPOINT: message.notice.file,
  OUT_OF_MEMORY: message.notice.memory,
  UNSUPPORTED: message.notice.blocked,
  LOAD_FAILED: message.notice.notLoaded,
};

export function report(error: unknown, actions: NoticeAction[] = []): void {
  const detail = textOf(error);
  if (error instanceof TextProblem) return notify('error', message.notice.short, detail, actions);
  if (!(error instanceof UnfoldError)) return notify('error', message.notice.unexpected, detail, actions);
  const refused = error.code === 'LOAD_FAILED' && error.cause instanceof WebAssembly.CompileError;
  const title = refused ? message.notice.blocked : (TITLES[error.code] ?? message.notice.unexpected);
  if (title === message.notice.blocked)
    return notify('error', title, message.notice.blockedText(detail), actions);
  if (title === message.notice.memory)
    return notify('error', title, message.notice.memoryText(detail), actions);
  notify('error', title, detail, actions);
}

/** Errors that reached no one. */
export function watchErrors(): void {
  addEventListener('unhandledrejection', (event) => report(event.reason));
  addEventListener('error', (event) => report(event.error ?? event.message));
}
