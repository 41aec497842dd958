for r in state["resources"]:
    if r["type"] == "aws_security_group":
        r["instances"][0]["status"] = "tainted"
write_state(state)
