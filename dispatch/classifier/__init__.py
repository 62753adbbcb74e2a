"""Categories learned from a deployment's own history: features, model, training, versions, and the judge."""
