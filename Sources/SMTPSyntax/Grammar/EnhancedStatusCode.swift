// RFC 3463: the machine-readable half of a reply.

/// `class "." subject "." detail` (RFC 2034 section 4, RFC 3463 section 2).
package struct EnhancedStatusCode: Hashable, Sendable, CustomStringConvertible {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    package let statusClass: UInt8
    /// 0...999.
    package let subject: UInt16
    /// 0...999.
    package let detail: UInt16

    package init(_ statusClass: UInt8, _ subject: UInt16, _ detail: UInt16) {
        self.statusClass = statusClass
        self.subject = subject
        self.detail = detail
    }

    package var description: String { "\(statusClass).\(subject).\(detail)" }
}
