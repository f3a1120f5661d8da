// What S3 lists and remembers: objects, pages, parts, uploads, refusals.

/// An object as a listing shows it.
package struct S3Object: Sendable, Equatable {
    package let key: String
    /// In bytes.
    package let size: UInt64
    /// Seconds since 1970.
    package let lastModified: Int64
}

/// A page of a listing, in the order of the keys' UTF-8.
package struct S3ListPage: Sendable, Equatable {
    package let objects: [S3Object]
    /// More keys follow the last of these.
    package let isTruncated: Bool
}

/// What HEAD tells of an object.
package struct S3ObjectInfo: Sendable, Equatable {
    /// In bytes.
    package let size: UInt64
    package let eTag: String?
}

/// A part that was uploaded.
package struct S3Part: Sendable, Equatable {
    /// From 1 to 10,000.
    package let number: Int
    package let eTag: String
    /// In bytes.
    package let size: UInt64
}

/// A multipart upload that is neither completed nor aborted.
package struct S3MultipartUpload: Sendable, Equatable {
    package let key: String
    package let uploadID: String
    /// Seconds since 1970.
    package let initiated: Int64
}

/// A key that DeleteObjects did not delete, and why.
package struct S3DeleteFailure: Sendable, Equatable {
    package let key: String
    package let code: String
    package let message: String
}
