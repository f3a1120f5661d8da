import IMAPSyntax
import LightMailDaemon

extension Session {
    /// RFC 2971 3.1
    mutating func id(_ fields: [IDField]?) -> Completion {
        for field in fields ?? [] where field.name.elementsEqual("name".utf8) {
            guard let value = field.value else { continue }
            logger.debug("client", metadata: ["name": "\(String(decoding: value.prefix(100), as: UTF8.self))"])
        }
        out.append(
            .id([
                IDField(name: Array("name".utf8), value: Array("LightMail".utf8)),
                IDField(name: Array("version".utf8), value: Array(Release.version.utf8)),
            ]))
        return .ok(ResponseText("Done"))
    }
}
