// Annotations of mailboxes and of the server (RFC 5464).

/// The name of an annotation.
///
/// RFC 5464 3.2
///
///     entry = astring
///             ; slash-separated path to entry; MUST NOT contain "*" or "%"
///
/// Names are case-insensitive; this keeps the lower case. The first component is `private` or `shared`.
package struct MetadataEntryName: Hashable, Sendable {
    /// In lower case; ASCII without controls.
    package let string: String

    /// Longest name, in bytes.
    package static let maximumLength = 255

    /// Nil for what is no name: no path, an empty component, a wildcard, a control, anything but ASCII, too long, or
    /// neither private nor shared.
    package init?(_ bytes: some Collection<UInt8>) {
        let name = bytes.map(ByteClass.lower)
        guard name.count <= Self.maximumLength, name.allSatisfy(Self.allows) else { return nil }
        let components = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard components.count >= 2, components[0].isEmpty, components.dropFirst().allSatisfy({ !$0.isEmpty }),
            components[1].elementsEqual("private".utf8) || components[1].elementsEqual("shared".utf8)
        else { return nil }
        string = String(decoding: name, as: UTF8.self)
    }

    /// Whether it has as many components as the name of a value needs: two, and four of a vendor (RFC 5464 3.2).
    /// Otherwise it can only be a beginning of names.
    package var isComplete: Bool {
        let components = string.utf8.split(separator: UInt8(ascii: "/"))
        return components.count >= 2 && (!components[1].elementsEqual("vendor".utf8) || components.count >= 4)
    }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "*"), UInt8(ascii: "%"): false
        case 0x20...0x7E: true
        default: false
        }
    }
}

/// An annotation with its value; nil for none.
///
/// RFC 5464 5
///
///     entry-value = entry SP value
///     value       = nstring / literal8
package struct MetadataEntry: Hashable, Sendable {
    package var name: MetadataEntryName
    package var value: [UInt8]?

    package init(_ name: MetadataEntryName, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// The arguments of GETMETADATA.
///
/// RFC 5464 4.2
///
///     getmetadata = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries
package struct GetMetadataCommand: Hashable, Sendable {
    /// How far below the named entries is looked (RFC 5464 4.2.2).
    package enum Depth: Hashable, Sendable {
        case zero, one, infinity
    }

    /// Empty for the server.
    package var mailbox: MailboxName
    /// At least one, each once.
    package var entries: [MetadataEntryName]
    /// In octets; larger values are left out (RFC 5464 4.2.1).
    package var maxSize: UInt32?
    package var depth: Depth

    package init(
        mailbox: MailboxName, entries: [MetadataEntryName], maxSize: UInt32? = nil, depth: Depth = .zero
    ) {
        self.mailbox = mailbox
        self.entries = entries
        self.maxSize = maxSize
        self.depth = depth
    }
}
