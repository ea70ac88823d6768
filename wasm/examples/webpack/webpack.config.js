/** Cross-origin isolation: only then may a page use threads. Your own server has to send these two as well. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default {
  mode: 'production',
  context: import.meta.dirname,
  entry: './main.js',
  output: { path: `${import.meta.dirname}/dist`, filename: 'main.js', publicPath: 'auto' },
  performance: { hints: false },
  devServer: { static: import.meta.dirname, devMiddleware: { publicPath: '/dist/' }, headers },
};
