/** Made by schema.config.ts. */
declare module 'virtual:schema' {
  export const schema: import('unfold-rnn').Schema;
}
