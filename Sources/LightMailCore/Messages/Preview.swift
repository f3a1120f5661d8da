import MariaDBClient

extension Messages {
    /// Keeps the preview of a message that came in before there were any, so that it is made once. One round trip.
    ///
    /// - Parameters:
    ///   - details: as `details` gave them to the account.
    ///   - preview: UTF-8, at most 200 characters.
    package func keepPreview(of details: MessageDetails, _ preview: [UInt8]) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                _ = try connection.execute(
                    "UPDATE object_keys SET preview = ? WHERE id = ? AND preview IS NULL",
                    [.bytes(preview), .uint(details.objectID.rawValue)])
            }
        }
    }
}
