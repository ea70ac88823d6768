// What the commands of the program share: options, files, and signals.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>

#include "unfold/api/session.h"

namespace unfold {

/// By name, with the two dashes; a flag has the value "yes".
using Options = std::map<std::string, std::string>;

/// `known`: the options of a command, and whether each takes a value. Throws Error{invalid_argument} for any other.
Options parse_options(int argc, char** argv, const std::map<std::string, bool>& known);
double number(const Options& o, const std::string& name, double otherwise);
/// Empty without the option. Throws Error{invalid_argument} where that is `required`.
std::string text(const Options& o, const std::string& name, bool required = false);

/// Whole. Throws Error{invalid_argument} with what the system says.
std::string read_file(const std::string& path);
/// Beside its place, and renamed once it is whole. Throws Error{invalid_argument}.
void write_file(const std::string& path, std::span<const std::byte> bytes);
/// Throws Error{invalid_argument} where write_file would, before any work is done for it.
void check_writable(const std::string& path);

std::unique_ptr<Session> open(const std::string& path, const std::string& corpus, bool extend = false);

/// From now on the first SIGINT, SIGTERM or SIGHUP is noted, and a second one, a second later, ends the program.
void catch_signals();
/// The signal that came, or 0.
int caught_signal();

}  // namespace unfold
