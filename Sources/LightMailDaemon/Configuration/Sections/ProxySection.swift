package struct ProxySection: ConfigurationSection {
    package var trustedNetworks: [Network] = []

    package init() {}

    package static let name = "proxy"
    package static let purpose = "Load balancers that announce the client's address by the PROXY protocol."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .networks(
                "trusted_networks", \.trustedNetworks,
                "Where they stand. Others are taken for clients, and their headers for garbage.")
        ]
    }
}
