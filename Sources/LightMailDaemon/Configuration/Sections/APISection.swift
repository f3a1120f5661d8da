package struct APISection: ConfigurationSection {
    package var bind = "127.0.0.1"
    package var port = 8080
    package var token = Secret()

    package init() {}

    package static let name = "api"
    package static let purpose = "lightmail-apid: the administrator's HTTP interface."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("bind", \.bind, "Address to listen on."),
            .port("port", \.port, "Port to listen on."),
            .secret("token", \.token, "Bearer token of the administrator; lightmail-apid needs one."),
        ]
    }
}
