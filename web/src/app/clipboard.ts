import { notify } from './notices';

/** False, and `refused` is said, where the browser does not allow it. */
export async function copyText(text: string, refused: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    notify('note', refused);
    return false;
  }
}
