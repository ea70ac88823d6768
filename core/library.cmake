# The core as a library for other projects: libunfold.a of the objects of unfold_core, the target unfold::unfold, and
# what find_package(unfold) reads. No flag of ours reaches a consumer but C++20.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

add_library(unfold_library STATIC $<TARGET_OBJECTS:unfold_core> $<TARGET_PROPERTY:unfold_core,INTERFACE_SOURCES>)
set_target_properties(unfold_library PROPERTIES OUTPUT_NAME unfold EXPORT_NAME unfold LINKER_LANGUAGE CXX)
target_compile_features(unfold_library PUBLIC cxx_std_20)
target_link_libraries(unfold_library PUBLIC ${DEPENDENCIES})
target_include_directories(unfold_library PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/headers>)
add_library(unfold::unfold ALIAS unfold_library)

if(UNFOLD_INSTALL)
  set(CONFIG_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/unfold)
  install(TARGETS unfold_library EXPORT unfold COMPONENT library DESTINATION ${CMAKE_INSTALL_LIBDIR}
          INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT unfold NAMESPACE unfold:: FILE unfold-targets.cmake COMPONENT library DESTINATION ${CONFIG_FOLDER})
  # Not what a folder keeps for itself, nor what only the kernels can read.
  install(DIRECTORY core/ COMPONENT library DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/unfold FILES_MATCHING
          PATTERN *.h
          PATTERN *_part.h EXCLUDE
          PATTERN config_reader.h EXCLUDE
          PATTERN lowering.h EXCLUDE
          PATTERN simd.h EXCLUDE
          PATTERN datasets EXCLUDE
          PATTERN tools EXCLUDE
          PATTERN examples EXCLUDE)
  configure_package_config_file(core/unfold-config.cmake.in ${PROJECT_BINARY_DIR}/unfold-config.cmake
                                INSTALL_DESTINATION ${CONFIG_FOLDER} NO_SET_AND_CHECK_MACRO
                                NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  # Before 1.0, a second number promises what a first one does later.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/unfold-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/unfold-config.cmake ${PROJECT_BINARY_DIR}/unfold-config-version.cmake
          COMPONENT library DESTINATION ${CONFIG_FOLDER})
  if(UNFOLD_PROGRAM)
    install(TARGETS unfold COMPONENT program)
  endif()
endif()
