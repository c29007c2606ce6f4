# One function per kind of target, so that every room is built the same way.
find_package(Threads REQUIRED)

add_library(studio_options INTERFACE)
target_compile_options(studio_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -fpch-preprocess)
# Also where the system's threads need no flag: a library may bring it (libavif of Debian 13), and the precompiled header must
# have been made with the same flags.
target_compile_options(studio_options INTERFACE -pthread)
# A field with a default is meant to be left out of an initialiser.
target_compile_options(studio_options INTERFACE -Wno-missing-field-initializers)
# GCC 12 reports these inside its own headers for correct std::string code when optimising (GCC bugs 105329, 105651).
target_compile_options(studio_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-maybe-uninitialized)
if(CMAKE_UNITY_BUILD)
  # To the compiler every file is a header then, whose nameless namespaces would be a mistake.
  target_compile_options(studio_options INTERFACE -Wno-subobject-linkage)
endif()
if(STUDIO_WERROR)
  target_compile_options(studio_options INTERFACE -Werror)
endif()
if(STUDIO_SANITIZE)
  target_compile_options(studio_options INTERFACE -fsanitize=${STUDIO_SANITIZE} -fno-omit-frame-pointer)
  if(STUDIO_SANITIZE MATCHES "undefined")
    # A question at each use of a pointer doubles the time to compile; the address sanitizer sees a null or a wrong object as well.
    target_compile_options(studio_options INTERFACE -fno-sanitize=null,alignment,vptr,object-size)
  endif()
  target_link_options(studio_options INTERFACE -fsanitize=${STUDIO_SANITIZE})
  target_compile_definitions(studio_options INTERFACE STUDIO_SANITIZED=1)
endif()
if(STUDIO_TEST_HOOKS)
  target_compile_definitions(studio_options INTERFACE STUDIO_TEST_HOOKS=1)
endif()
target_link_libraries(studio_options INTERFACE Threads::Threads)
# For clangd and clang-tidy, which read the precompiled header as text.
target_include_directories(studio_options INTERFACE ${CMAKE_SOURCE_DIR}/cmake)

# The one precompiled header of core and app: standard library, tl::expected, nlohmann/json.
# In angle brackets: a full path would stand in what CMake writes, and no other folder could use what the compiler cache has.
add_library(studio_pch STATIC ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(studio_pch PRIVATE studio_options)
target_precompile_headers(studio_pch PRIVATE <pch.h>)

# studio_room(NAME SOURCES a.cpp … [LINK rooms and libraries that its headers need] [PRIVATE libraries only its sources need])
# makes the static library studio_NAME.
function(studio_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(studio_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(studio_${name} PUBLIC ${STUDIO_INCLUDE_ROOT})
  target_link_libraries(studio_${name} PUBLIC studio_options ${ROOM_LINK} PRIVATE ${ROOM_PRIVATE})
  target_precompile_headers(studio_${name} REUSE_FROM studio_pch)
endfunction()

# studio_pixel_sources(a.cpp …): inner loops over pixels, which -O2 of GCC 12 does not turn into vector code. A precompiled
# header must have been made with the same options, so these do without.
function(studio_pixel_sources)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "-O3" SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# studio_apart(a.cpp …): files compiled on their own also where others of their target are put together (CMAKE_UNITY_BUILD): the
# same names stand in each of them, as in files that each implement one port.
function(studio_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
