// How the tensor level says that an array has another size than it should.
#pragma once

#include <initializer_list>
#include <string>

#include "unfold/base/real.h"

namespace unfold {

/// "6 numbers".
std::string shown_count(std::size_t count);

/// Throws Error{invalid_argument} unless an array of `size` numbers has this shape.
void check_shape(const std::string& field, std::size_t size, std::initializer_list<Index> shape);

}  // namespace unfold
