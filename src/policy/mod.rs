//! Rule files, options, conditions, suppressions, the user's configuration, and the runner of examples.
