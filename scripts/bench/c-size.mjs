// The machine code of an exported C header of a text model, without weights.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Bytes of code of a program that calls `unfold_sample`, compiled with `gcc -Os` for this machine.
 * @param {string} header what `toC` gave
 * @param {string} folder for files that are in nobody's way
 */
export function codeSizeC(header, folder) {
  const [source, object] = [join(folder, 'code.c'), join(folder, 'code.o')];
  writeFileSync(
    source,
    `${header}
unfold_state state;
int write_text(const char *prompt, char *out, size_t size);
int write_text(const char *prompt, char *out, size_t size) {
  return unfold_sample(&state, prompt, 200, 0.8f, 1, out, size);
}
`,
  );
  execFileSync('gcc', ['-std=c99', '-Os', '-c', source, '-o', object]);
  const sections = execFileSync('size', ['-A', object], { encoding: 'utf8' });
  return [...sections.matchAll(/^\.text\S* +(\d+)/gm)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}
