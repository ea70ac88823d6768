// For the tests, which are TypeScript.
export interface ServeOptions {
  /** Default: web/dist. */
  folder?: string;
  /** Default 8080, or the next free one; 0 takes any. */
  port?: number;
  host?: string;
  isolation?: boolean;
  /** Added to, or in place of, the usual headers. */
  headers?: Record<string, string>;
}
export interface Server {
  port: number;
  url: string;
  close(): Promise<void>;
}
export const contentSecurityPolicy: string;
export const isolationHeaders: Record<string, string>;
export function serve(options?: ServeOptions): Promise<Server>;
