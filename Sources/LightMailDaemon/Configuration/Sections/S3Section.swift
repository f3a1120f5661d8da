package struct S3Section: ConfigurationSection {
    package var endpoint = ""
    package var bucket = "mails"
    package var region = "us-east-1"
    package var accessKey = Secret()
    package var secretKey = Secret()
    package var sessionToken = Secret()
    package var useSSL = true
    package var pathStyle = true
    package var serverSideEncryption = ""

    package init() {}

    package static let name = "s3"
    package static let purpose = "The object store that keeps the bodies of messages."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text(
                "endpoint", \.endpoint, "HOST[:PORT], or a URL with http:// or https://; empty: Amazon's, by region."),
            .text("bucket", \.bucket, "Bucket for messages; it must exist."),
            .text("region", \.region, "Region that requests are signed for."),
            .secret("access_key", \.accessKey, "Access key."),
            .secret("secret_key", \.secretKey, "Secret key."),
            .secret("session_token", \.sessionToken, "Session token of temporary credentials."),
            .flag("use_ssl", \.useSSL, "HTTPS, where the endpoint does not say http:// or https:// itself."),
            .flag("path_style", \.pathStyle, "true: ENDPOINT/BUCKET/KEY; false: BUCKET.ENDPOINT/KEY."),
            .text(
                "server_side_encryption", \.serverSideEncryption, "Value of x-amz-server-side-encryption; empty: none."),
        ]
    }
}
