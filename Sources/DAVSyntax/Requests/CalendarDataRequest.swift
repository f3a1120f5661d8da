import XMLSyntax

/// How much of an object a report is to give (RFC 4791 9.6).
package struct CalendarDataRequest: Hashable, Sendable {
    /// A component with the properties and components that are wanted of it.
    package struct Component: Hashable, Sendable {
        package let name: String
        /// Nil for all of them.
        package let components: [Component]?
        /// Nil for all of them.
        package let properties: [Property]?
    }

    package struct Property: Hashable, Sendable {
        package let name: String
        /// The property without its value.
        package let isNameOnly: Bool
    }

    /// Nil for the whole.
    package let component: Component?
    /// Recurrences one by one, in UTC, within a range (9.6.5).
    package let expand: TimeRange?
    /// Overrides of recurrences only where they matter in a range (9.6.6).
    package let limitRecurrences: TimeRange?
    /// Busy times only where they lie in a range (9.6.7).
    package let limitFreeBusy: TimeRange?

    /// Elements of one request.
    static let most = 500

    /// The octets as they were stored are the answer.
    package var isWhole: Bool { component == nil && expand == nil && limitRecurrences == nil && limitFreeBusy == nil }

    ///     <!ELEMENT calendar-data (comp?, (expand | limit-recurrence-set)?, limit-freebusy-set?)>
    ///
    /// - Throws: `BodyError`
    package init(_ element: XMLElement) throws(BodyError) {
        guard element["content-type"].map({ $0.lowercased() == "text/calendar" }) ?? true,
            element["version"].map({ $0 == "2.0" }) ?? true
        else { throw .precondition(.calDAV("supported-calendar-data"), "there is only text/calendar of version 2.0") }
        guard element.descendants <= Self.most else {
            throw .malformed("calendar-data names at most \(Self.most) components and properties")
        }
        func range(_ name: String) throws(BodyError) -> TimeRange? {
            guard let found = element.first(.calDAV(name)) else { return nil }
            return try TimeRange(found, isWhole: true)
        }
        expand = try range("expand")
        limitRecurrences = try range("limit-recurrence-set")
        limitFreeBusy = try range("limit-freebusy-set")
        guard expand == nil || limitRecurrences == nil else {
            throw .malformed("calendar-data has expand or limit-recurrence-set")
        }
        component = try element.first(.calDAV("comp")).map { item throws(BodyError) in try Component(item) }
    }
}

extension CalendarDataRequest.Component {
    ///     <!ELEMENT comp ((allprop | prop*), (allcomp | comp*))>
    fileprivate init(_ element: XMLElement) throws(BodyError) {
        guard let name = element["name"], !name.isEmpty else { throw .malformed("comp has a name") }
        self.name = name.uppercased()
        if element.first(.calDAV("allcomp")) != nil {
            components = nil
        } else {
            components = try element.all(.calDAV("comp")).map { item throws(BodyError) in
                try CalendarDataRequest.Component(item)
            }
        }
        if element.first(.calDAV("allprop")) != nil {
            properties = nil
        } else {
            properties = try element.all(.calDAV("prop")).map { item throws(BodyError) in
                guard let name = item["name"], !name.isEmpty else { throw .malformed("prop has a name") }
                return .init(name: name.uppercased(), isNameOnly: item["novalue"] == "yes")
            }
        }
    }
}

extension XMLElement {
    /// How many elements there are in it.
    fileprivate var descendants: Int { elements.reduce(0) { $0 + 1 + $1.descendants } }
}
