"""What the workflows call: reproduce, guard, audit, retrain, propose, post."""
