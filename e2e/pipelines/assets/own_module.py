VALUE = "from an asset"
