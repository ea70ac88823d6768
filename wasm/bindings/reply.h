// How the engine answers JavaScript. Every call answers {ok: true, value: JSON, bytes?} or {ok: false, value: JSON of
// {code, field, expected, actual, message}}, so no exception crosses the boundary. Bytes are copied in and out: memory
// that grows leaves no view behind.
#pragma once

#include <emscripten/val.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "unfold/config/config.h"

namespace unfold {

emscripten::val reply(bool ok, const Json& value);
emscripten::val reply(bool ok, Fields value);

/// Some call, by reference.
struct Call {
  const void* what;
  emscripten::val (*run)(const void*);
};

/// The one guard: turns every exception into a reply. One function for all calls: what catches is large.
emscripten::val guard(const Call& call);

template <class F>
emscripten::val guarded(const F& f) {
  return guard({&f, [](const void* what) { return (*static_cast<const F*>(what))(); }});
}

/// Of a Uint8Array.
std::string copied(const emscripten::val& bytes);

/// Of a Float32Array.
std::vector<Real> copied_numbers(const emscripten::val& numbers);

/// Copies, also out of shared memory.
void set_bytes(emscripten::val& result, std::span<const std::byte> bytes);

}  // namespace unfold
