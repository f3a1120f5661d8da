// Whom a trusted client speaks for.

/// What XCLIENT says of the client behind the one that is connected. Of the other attributes that it may carry nothing
/// is kept.
package struct ClientAttributes: Equatable, Sendable {
    /// An IPv4 or IPv6 address, not yet checked; nil when it was not given or is not available.
    package var address: String?
    package var port: Int?

    package init(address: String? = nil, port: Int? = nil) {
        self.address = address
        self.port = port
    }
}
