// First values of parameters. Everything is computed in double from a counter-based generator, so one seed
// gives the same bits everywhere.
//   xavier      uniform ±√(6/(in+out))                       (Glorot & Bengio 2010)
//   he          normal, variance 2/in                        (He et al. 2015)
//   orthogonal  random orthogonal H×H blocks                 (Saxe et al. 2014)
//   identity    identity blocks, for ReLU                    (Le et al. 2015)
//   uniform     uniform ±1/√in                               (PyTorch uses ±1/√H)
//   sparse      k nonzeros per unit, scaled to a spectral radius (Pascanu et al. 2014; Martens 2010)
//   chrono      biases of gates ±ln u, u ~ U[1, Tₘ − 1]      (Tallec & Ollivier 2018)
#pragma once

#include "unfold/config/config.h"
#include "unfold/model/parameters.h"

namespace unfold {

/// Fills `parameters`, table.size() of them in the order of the table, as each tensor's Fill says.
void initialize(const ParameterTable& table, const InitializationConfig& config, std::uint64_t seed, Real* parameters);

}  // namespace unfold
