// Files of the tests: the recordings of a real kernel (tests/oracle, unpacked by CMake), and the project's own.
#pragma once

#include <cstdio>
#include <string>

namespace pageframe::tests {

/// A whole file; empty when it is not there (a test that needs it then fails on what it expects in it).
inline std::string read_file(const std::string& path) {
    std::string text;
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return text;
    char buffer[16384];
    for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, file)) != 0;) text.append(buffer, got);
    std::fclose(file);
    return text;
}

/// "linux-6.1/buddy_a.txt"
inline std::string oracle_path(const std::string& name) { return std::string(PAGEFRAME_ORACLE_FOLDER) + "/" + name; }
inline std::string read_oracle(const std::string& name) { return read_file(oracle_path(name)); }

/// "examples/index.json"
inline std::string source_path(const std::string& name) { return std::string(PAGEFRAME_SOURCE_FOLDER) + "/" + name; }
inline std::string read_source(const std::string& name) { return read_file(source_path(name)); }

}  // namespace pageframe::tests
