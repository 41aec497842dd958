for found in state["resources"]:
    if found["name"] == "broken":
        found["instances"][0]["status"] = "tainted"
write_state(state)
