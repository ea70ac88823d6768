// Messages to the reader. Nothing that fails is swallowed: whatever no one else explains ends here.
import { UnfoldError } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { TextProblem } from '../data/corpus';
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

/** Takes away the errors of a run that has ended. */
export function dismissErrors(): void {
  store.notices.value = store.notices.value.filter((notice) => notice.kind !== 'error');
}

export function textOf(error: unknown): string {
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
