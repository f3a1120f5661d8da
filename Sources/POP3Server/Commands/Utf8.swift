import POP3Syntax

extension Session {
    /// RFC 6856 2.1
    mutating func utf8() -> Reply {
        isUTF8 = true
        return .ok("UTF-8 from now on")
    }
}
