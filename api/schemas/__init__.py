"""What the service says, as response models: the OpenAPI document is made from them."""
