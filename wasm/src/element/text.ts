/** "This is the house that Jack built" (1755): every verse repeats the last, so a small network soon follows it. */
const LINES = [
  ['malt', 'That lay in'],
  ['rat', 'That ate'],
  ['cat', 'That killed'],
  ['dog', 'That worried'],
  ['cow with the crumpled horn', 'That tossed'],
  ['maiden all forlorn', 'That milked'],
  ['man all tattered and torn', 'That kissed'],
  ['priest all shaven and shorn', 'That married'],
  ['cock that crowed in the morn', 'That waked'],
  ['farmer sowing his corn', 'That kept'],
] as const;

export function rhyme(): string {
  let tail = 'the house that Jack built.';
  let text = `This is ${tail}\n\n`;
  for (const [who, what] of LINES) {
    tail = `the ${who},\n${what} ${tail}`;
    text += `This is ${tail}\n\n`;
  }
  return text;
}
