// Compiled once per instruction set; UNFOLD_KERNELS names the variant (e.g. avx2_strict).
#include <algorithm>

#include "unfold/kernels/simd.h"
#include "unfold/kernels/table.h"

#if defined(__AVX512F__)
#define UNFOLD_COLUMNS 8
#elif defined(__AVX2__)
#define UNFOLD_COLUMNS 6
#else
#define UNFOLD_COLUMNS 4
#endif

// Unrolling brings AVX2 from 45 to 65 GFLOP/s a core; V8 spills registers then, and falls from 35 to 25.
#if defined(__clang__) && !defined(__wasm__)
#define UNFOLD_UNROLL _Pragma("clang loop unroll_count(4)")
#else
#define UNFOLD_UNROLL
#endif

namespace unfold::kernels {
namespace {

constexpr Index VP = 2;              // vectors in a panel's column
constexpr Index panel = VP * lanes;  // rows of a panel
constexpr Index columns = UNFOLD_COLUMNS;
constexpr Index k_block = 256;  // a panel's k-block stays in the first-level cache
constexpr Index n_block = 256;

/// Walks down NC columns of B, of a column-major matrix or of a packed group: value(n) of row k, then next().
template <Index NC>
struct InColumns {
  const Real* column[NC];
  InColumns(const Real* b, Index ld) {
    for (Index n = 0; n < NC; ++n) {
      column[n] = b + n * ld;
#ifdef __wasm__
      // A pointer each: otherwise every address is worked out anew in every k, which costs V8 a sixth of the speed.
      asm volatile("" : "+r"(column[n]));
#endif
    }
  }
  Real value(Index n) const { return *column[n]; }
  void next() {
    for (Index n = 0; n < NC; ++n) ++column[n];
  }
};
template <Index NC>
struct InGroups {
  const Real* b;
  Real value(Index n) const { return b[n]; }
  void next() { b += NC; }
};

template <Index P, Index NC>
struct Tile {
  V v[P][NC][VP];
};

/// tile += (P panels, `stride` apart)·B over K: the micro-kernel.
template <Index P, Index NC, class B>
inline __attribute__((always_inline)) void multiply(const Real* a, Index stride, Index K, B b, Tile<P, NC>& tile) {
  Tile<P, NC> acc = tile;
  UNFOLD_UNROLL
  for (Index k = 0; k < K; ++k, a += panel, b.next()) {
    for (Index p = 0; p < P; ++p) {
      V av[VP];
      for (Index m = 0; m < VP; ++m) av[m] = load(a + p * stride + m * lanes);
      for (Index n = 0; n < NC; ++n) {
        const V bv = splat(b.value(n));
        for (Index m = 0; m < VP; ++m) acc.v[p][n][m] = multiply_add(av[m], bv, acc.v[p][n][m]);
      }
    }
  }
  tile = acc;
}

/// Reads a column of a tile, the part beyond `rows` as zeros.
inline void read(const Real* c, Index rows, V* v) {
  if (rows >= panel) {
    for (Index m = 0; m < VP; ++m) v[m] = load(c + m * lanes);
    return;
  }
  Real part[panel] = {};
  for (Index i = 0; i < rows; ++i) part[i] = c[i];
  for (Index m = 0; m < VP; ++m) v[m] = load(part + m * lanes);
}

inline void write(Real* c, Index rows, const V* v) {
  if (rows >= panel) {
    for (Index m = 0; m < VP; ++m) store(c + m * lanes, v[m]);
    return;
  }
  Real part[panel];
  for (Index m = 0; m < VP; ++m) store(part + m * lanes, v[m]);
  for (Index i = 0; i < rows; ++i) c[i] = part[i];
}

/// C tile = init + panels·B for P panels of rows from `row` and NC columns.
template <Index P, Index NC, class B>
inline void tile_product(const Real* a, Index stride, Index K, B b, Index row, Index M, const Real* init, Index ldi,
                         Real* c, Index ldc) {
  Tile<P, NC> tile;
  for (Index p = 0; p < P; ++p)
    for (Index n = 0; n < NC; ++n) {
      const Index r = row + p * panel;
      if (init)
        read(init + n * ldi + r, M - r, tile.v[p][n]);
      else
        for (Index m = 0; m < VP; ++m) tile.v[p][n][m] = V{};
    }
  multiply<P, NC>(a, stride, K, b, tile);
  for (Index p = 0; p < P; ++p)
    for (Index n = 0; n < NC; ++n) {
      const Index r = row + p * panel;
      write(c + n * ldc + r, M - r, tile.v[p][n]);
    }
}

/// Splits `count` columns evenly into groups of at most `columns` and calls f.operator()<NC>(n) for each: a
/// narrow last group would wait for its own additions.
template <class F, Index NC = columns>
inline void each_group(Index count, const F& f) {
  const auto dispatch = [&]<Index W>(auto& self, Index width, Index n) -> void {
    if constexpr (W > 0) {
      if (width == W)
        f.template operator()<W>(n);
      else
        self.template operator()<W - 1>(self, width, n);
    }
  };
  const Index groups = (count + columns - 1) / columns;
  for (Index g = 0, n = 0; g < groups; ++g) {
    const Index width = count * (g + 1) / groups - n;
    dispatch.template operator()<NC>(dispatch, width, n);
    n += width;
  }
}

void pack(const Real* a, Index row_stride, Index column_stride, Index M, Index K, Real* packed) {
  if (K == 0) return;  // nothing, perhaps at no address
  for (Index row = 0; row < M; row += panel) {
    const Index rows = std::min(panel, M - row);
    const Real* from = a + row * row_stride;
    for (Index k = 0; k < K; ++k, packed += panel, from += column_stride) {
      for (Index i = 0; i < rows; ++i) packed[i] = from[i * row_stride];
      for (Index i = rows; i < panel; ++i) packed[i] = 0;
    }
  }
}

/// One column: several panels at once, or the chains of additions would wait for one another.
void gemv(const Real* packed, Index M, Index K, const Real* b, const Real* init, Real* c) {
  constexpr Index group = 4;
  const Index stride = panel * K, whole = M / (panel * group) * panel * group;
  for (Index row = 0; row < whole; row += group * panel)
    tile_product<group, 1>(packed + row * K, stride, K, InColumns<1>{b, 0}, row, M, init, 0, c, 0);
  for (Index row = whole; row < M; row += panel)
    tile_product<1, 1>(packed + row * K, stride, K, InColumns<1>{b, 0}, row, M, init, 0, c, 0);
}

void gemm(const Real* packed, Index M, Index K, const Real* b, Index ldb, Index N, const Real* init, Index ldi, Real* c,
          Index ldc) {
  if (N == 1) return gemv(packed, M, K, b, init, c);
  constexpr Index block = 32;  // columns of B and C that stay in the first-level cache while panels pass by
  for (Index n0 = 0; n0 < N; n0 += block) {
    const Index n1 = std::min(N, n0 + block);
    for (Index row = 0; row < M; row += panel)
      each_group(n1 - n0, [&]<Index NC>(Index g) {
        const Index n = n0 + g;
        tile_product<1, NC>(packed + row * K, 0, K, InColumns<NC>{b + n * ldb, ldb}, row, M,
                            init ? init + n * ldi : nullptr, ldi, c + n * ldc, ldc);
      });
  }
}

void outer(const Real* a, Index lda, Index M, const Real* b, Index ldb, Index N, Index K, Real* c, Index ldc,
           Real* scratch) {
  static_assert(panel <= 64 && n_block * k_block + panel * k_block + columns * k_block <= outer_scratch);
  Real* a_panel = scratch;
  Real* b_groups = scratch + panel * k_block;
  for (Index n0 = 0; n0 < N; n0 += n_block)
    for (Index k0 = 0; k0 < K; k0 += k_block) {
      const Index n1 = std::min(N, n0 + n_block), Kb = std::min(k_block, K - k0);
      each_group(n1 - n0, [&]<Index NC>(Index n) {
        Real* to = b_groups + n * k_block;
        for (Index k = 0; k < Kb; ++k, to += NC)
          for (Index i = 0; i < NC; ++i) to[i] = b[(k0 + k) * ldb + n0 + n + i];
      });
      for (Index row = 0; row < M; row += panel) {
        pack(a + k0 * lda + row, 1, lda, std::min(panel, M - row), Kb, a_panel);
        each_group(n1 - n0, [&]<Index NC>(Index n) {
          Real* to = c + (n0 + n) * ldc;
          tile_product<1, NC>(a_panel, 0, Kb, InGroups<NC>{b_groups + n * k_block}, row, M, to, ldc, to, ldc);
        });
      }
    }
}

void sigmoid_n(Real* x, Index n) {
  map(x, x, n, [](V v) { return sigmoid(v); });
}
void tanh_n(Real* x, Index n) {
  map(x, x, n, [](V v) { return tanh(v); });
}
void tanh_of_n(const Real* x, Real* y, Index n) {
  map(x, y, n, [](V v) { return tanh(v); });
}
void exp_n(Real* x, Index n) {
  map(x, x, n, [](V v) { return exp(v); });
}

/// Sums run over 8 fixed chains, so that they do not depend on the width of vectors.
double softmax(Real* x, Index n, Index target) {
  Real highest = x[0];
  for (Index i = 1; i < n; ++i) highest = x[i] > highest ? x[i] : highest;
  const double shifted = target >= 0 ? double(x[target]) - double(highest) : 0;
  map(x, x, n, [h = splat(highest)](V v) { return exp(v - h); });
  Real part[8] = {};
  Index i = 0;
  for (; i + 8 <= n; i += 8)
    for (Index j = 0; j < 8; ++j) part[j] += x[i + j];
  for (; i < n; ++i) part[i % 8] += x[i];
  const Real sum = ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
  map(x, x, n, [s = splat(1 / sum)](V v) { return v * s; });
  return target >= 0 ? numeric::log(double(sum)) - shifted : 0;
}

}  // namespace

#define UNFOLD_TEXT2(x) #x
#define UNFOLD_TEXT(x) UNFOLD_TEXT2(x)

#ifdef UNFOLD_FAST
constexpr bool is_fast = true;
#else
constexpr bool is_fast = false;
#endif

extern const Table UNFOLD_KERNELS;
const Table UNFOLD_KERNELS{
    UNFOLD_TEXT(UNFOLD_ISA), is_fast, panel, pack, gemm, outer, sigmoid_n, tanh_n, tanh_of_n, exp_n, softmax};

}  // namespace unfold::kernels
