rule "network/missing-flow-log" { enabled = false }
