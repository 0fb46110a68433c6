"""Subgraphs above, the merged types below, whole."""

from __future__ import annotations

from tests.gateway.composition.harness import text, types


def test_a_field_is_in_the_graph_once_with_every_subgraph_that_resolves_it():
    assert types(
        a='type Query { me: User } type User @key(fields: "id") { id: ID! name: String @shareable weight: Int }',
        b='type User @key(fields: "id") { id: ID! name: String! @shareable weight: Int @external price: Int @requires(fields: "weight") }',
        c='type Query { other: [User] @provides(fields: "name") } type User @key(fields: "id", resolvable: false) { id: ID! name: String @external }',
    ) == text(
        r"""
        type Query
          @join__type(graph: A)
          @join__type(graph: B)
          @join__type(graph: C)
        {
          me: User @join__field(graph: A)
          other: [User] @join__field(graph: C, provides: "name")
        }

        type User
          @join__type(graph: A, key: "id")
          @join__type(graph: B, key: "id")
          @join__type(graph: C, key: "id", resolvable: false)
        {
          id: ID!
          name: String @join__field(graph: A, type: "String") @join__field(graph: B, type: "String!") @join__field(graph: C, type: "String", external: true)
          weight: Int @join__field(graph: A) @join__field(graph: B, external: true)
          price: Int @join__field(graph: B, requires: "weight")
        }
        """
    )


def test_interface_object_adds_fields_to_every_implementation():
    assert types(
        a='type Query { i: I } interface I @key(fields: "id") { id: ID! x: Int } type T implements I @key(fields: "id") { id: ID! x: Int }',
        b='type Query { top: [I] } type I @interfaceObject @key(fields: "id") { id: ID! x: Int @external y: Int z: Int @requires(fields: "x") }',
    ) == text(
        r"""
        interface I
          @join__type(graph: A, key: "id")
          @join__type(graph: B, key: "id", isInterfaceObject: true)
        {
          id: ID!
          x: Int @join__field(graph: A) @join__field(graph: B, external: true)
          y: Int @join__field(graph: B)
          z: Int @join__field(graph: B, requires: "x")
        }

        type Query
          @join__type(graph: A)
          @join__type(graph: B)
        {
          i: I @join__field(graph: A)
          top: [I] @join__field(graph: B)
        }

        type T implements I
          @join__implements(graph: A, interface: "I")
          @join__type(graph: A, key: "id")
        {
          id: ID!
          x: Int
          y: Int @join__field
          z: Int @join__field
        }
        """
    )


def test_override_takes_a_field_away_and_a_label_shares_it():
    assert types(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! f: Int g: Int }',
        b='type T @key(fields: "id") { id: ID! f: Int @override(from: "a") g: Int @override(from: "a", label: "percent(10)") }',
    ) == text(
        r"""
        type Query
          @join__type(graph: A)
          @join__type(graph: B)
        {
          t: T @join__field(graph: A)
        }

        type T
          @join__type(graph: A, key: "id")
          @join__type(graph: B, key: "id")
        {
          id: ID!
          f: Int @join__field(graph: B, override: "a")
          g: Int @join__field(graph: A, overrideLabel: "percent(10)") @join__field(graph: B, override: "a", overrideLabel: "percent(10)")
        }
        """
    )


def test_an_overridden_key_stays_known_where_it_was():
    assert types(
        a='type Query { t: T } type T @key(fields: "id") @key(fields: "k") { id: ID! k: ID! f: Int }',
        b='type T @key(fields: "id") { id: ID! k: ID! @override(from: "a") }',
    ) == text(
        r"""
        type Query
          @join__type(graph: A)
          @join__type(graph: B)
        {
          t: T @join__field(graph: A)
        }

        type T
          @join__type(graph: A, key: "id")
          @join__type(graph: A, key: "k")
          @join__type(graph: B, key: "id")
        {
          id: ID!
          k: ID! @join__field(graph: A, usedOverridden: true) @join__field(graph: B, override: "a")
          f: Int @join__field(graph: A)
        }
        """
    )


def test_enums_and_inputs_are_merged_by_use():
    assert types(
        a="type Query { q(i: In, e: E1 = A): E2 s(both: E3): E3 } input In { a: Int! = 3 b: String c: Int } enum E1 { A B } enum E2 { X Y } enum E3 { P }",
        b="type Query { r(i: In, e: E1): E2 } input In { a: Int! = 3 b: String! } enum E1 { A C } enum E2 { X Z @inaccessible } enum E3 { P }",
    ) == text(
        r"""
        enum E1
          @join__type(graph: A)
          @join__type(graph: B)
        {
          A @join__enumValue(graph: A) @join__enumValue(graph: B)
        }

        enum E2
          @join__type(graph: A)
          @join__type(graph: B)
        {
          X @join__enumValue(graph: A) @join__enumValue(graph: B)
          Y @join__enumValue(graph: A)
          Z @join__enumValue(graph: B) @inaccessible
        }

        enum E3
          @join__type(graph: A)
          @join__type(graph: B)
        {
          P @join__enumValue(graph: A) @join__enumValue(graph: B)
        }

        input In
          @join__type(graph: A)
          @join__type(graph: B)
        {
          a: Int! = 3
          b: String! @join__field(graph: A, type: "String") @join__field(graph: B, type: "String!")
        }

        type Query
          @join__type(graph: A)
          @join__type(graph: B)
        {
          q(i: In, e: E1 = A): E2 @join__field(graph: A)
          s(both: E3): E3 @join__field(graph: A)
          r(i: In, e: E1): E2 @join__field(graph: B)
        }
        """
    )


def test_unions_and_interfaces_are_united():
    assert types(
        a="type Query { u: U @shareable n: N } union U = A | B type A { x: Int } type B @shareable { y: Int } interface N { id: ID! } type O implements N { id: ID! }",
        b="type Query { u: U @shareable v: [U!]! } union U = B | C type B @shareable { y: Int } type C { z: Int }",
    ) == text(
        r"""
        type A
          @join__type(graph: A)
        {
          x: Int
        }

        type B
          @join__type(graph: A)
          @join__type(graph: B)
        {
          y: Int
        }

        type C
          @join__type(graph: B)
        {
          z: Int
        }

        interface N
          @join__type(graph: A)
        {
          id: ID!
        }

        type O implements N
          @join__implements(graph: A, interface: "N")
          @join__type(graph: A)
        {
          id: ID!
        }

        type Query
          @join__type(graph: A)
          @join__type(graph: B)
        {
          u: U
          n: N @join__field(graph: A)
          v: [U!]! @join__field(graph: B)
        }

        union U
          @join__type(graph: A)
          @join__type(graph: B)
          @join__unionMember(graph: A, member: "A")
          @join__unionMember(graph: A, member: "B")
          @join__unionMember(graph: B, member: "B")
          @join__unionMember(graph: B, member: "C")
         = A | B | C
        """
    )


def test_descriptions_deprecations_and_scalars():
    assert types(
        a='"""\nThe query.\n""" type Query { "One." q("An argument." x: Int = 1): D @deprecated(reason: "old") } "A day." scalar D @specifiedBy(url: "https://example.test/d")',
        b='"The query." type Query { "One." r: D } scalar D',
    ) == text(
        r'''
        """
        A day.
        """
        scalar D
          @join__type(graph: A)
          @join__type(graph: B)
          @specifiedBy(url: "https://example.test/d")

        """
        The query.
        """
        type Query
          @join__type(graph: A)
          @join__type(graph: B)
        {
          """
          One.
          """
          q(
            """
            An argument.
            """
            x: Int = 1
          ): D @join__field(graph: A) @deprecated(reason: "old")
          """
          One.
          """
          r: D @join__field(graph: B)
        }
        '''
    )


def test_access_demands_of_two_subgraphs_hold_together():
    assert types(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @shareable @requiresScopes(scopes: [["a", "b"], ["c"]]) y: Int @authenticated }',
        b='type T @key(fields: "id") { id: ID! x: Int @shareable @requiresScopes(scopes: [["b"], ["d"]]) }',
    ) == text(
        r"""
        scalar requiresScopes__Scope

        type Query
          @join__type(graph: A)
          @join__type(graph: B)
        {
          t: T @join__field(graph: A)
        }

        type T
          @join__type(graph: A, key: "id")
          @join__type(graph: B, key: "id")
        {
          id: ID!
          x: Int @requiresScopes(scopes: [["a", "b"], ["b", "c"], ["c", "d"]])
          y: Int @join__field(graph: A) @authenticated
        }
        """
    )


def test_arguments_from_context_leave_the_graph():
    assert types(
        a='type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! p: String! u: U } type U @key(fields: "id") { id: ID! f(x: String @fromContext(field: "$c { p }"), y: Int): Int }',
    ) == text(
        r"""
        scalar context__ContextFieldValue

        type Query
          @join__type(graph: A)
        {
          t: T
        }

        type T
          @join__type(graph: A, key: "id")
          @context(name: "a__c")
        {
          id: ID!
          p: String!
          u: U
        }

        type U
          @join__type(graph: A, key: "id")
        {
          id: ID!
          f(y: Int): Int @join__field(graph: A, contextArguments: [{name: "x", type: "String", context: "a__c", selection: " { p }"}])
        }
        """
    )


def test_root_types_have_one_name():
    assert types(
        a="schema { query: Ask mutation: Do } type Ask { q: Ask } type Do { d: Int }",
        b="type Query { r: Int } type Mutation { e: Int }",
    ) == text(
        r"""
        type Mutation
          @join__type(graph: A)
          @join__type(graph: B)
        {
          d: Int @join__field(graph: A)
          e: Int @join__field(graph: B)
        }

        type Query
          @join__type(graph: A)
          @join__type(graph: B)
        {
          q: Query @join__field(graph: A)
          r: Int @join__field(graph: B)
        }
        """
    )


def test_federation_1_value_types_and_keys_are_shared():
    assert types(
        link="",
        accounts='extend type Query { me: User } type User @key(fields: "id") { id: ID! username: String meta: Meta } type Meta { a: Int }',
        inventory='extend type Product @key(fields: "upc") { upc: String! @external weight: Int @external inStock: Boolean shipping: Int @requires(fields: "weight") unused: Int @external }',
        products='extend type Query { top(first: Int = 5): [Product] } type Product @key(fields: "upc") { upc: String! name: String weight: Int unused: Int meta: Meta } type Meta { a: Int }',
        reviews='type Review @key(fields: "id") { id: ID! author: User @provides(fields: "username") } extend type User @key(fields: "id") { id: ID! @external username: String @external reviews: [Review] }',
    ) == text(
        r"""
        type Meta
          @join__type(graph: ACCOUNTS)
          @join__type(graph: PRODUCTS)
        {
          a: Int
        }

        type Product
          @join__type(graph: INVENTORY, key: "upc")
          @join__type(graph: PRODUCTS, key: "upc")
        {
          upc: String!
          weight: Int @join__field(graph: INVENTORY, external: true) @join__field(graph: PRODUCTS)
          inStock: Boolean @join__field(graph: INVENTORY)
          shipping: Int @join__field(graph: INVENTORY, requires: "weight")
          name: String @join__field(graph: PRODUCTS)
          unused: Int @join__field(graph: PRODUCTS)
          meta: Meta @join__field(graph: PRODUCTS)
        }

        type Query
          @join__type(graph: ACCOUNTS)
          @join__type(graph: INVENTORY)
          @join__type(graph: PRODUCTS)
          @join__type(graph: REVIEWS)
        {
          me: User @join__field(graph: ACCOUNTS)
          top(first: Int = 5): [Product] @join__field(graph: PRODUCTS)
        }

        type Review
          @join__type(graph: REVIEWS, key: "id")
        {
          id: ID!
          author: User @join__field(graph: REVIEWS, provides: "username")
        }

        type User
          @join__type(graph: ACCOUNTS, key: "id")
          @join__type(graph: REVIEWS, key: "id")
        {
          id: ID!
          username: String @join__field(graph: ACCOUNTS) @join__field(graph: REVIEWS, external: true)
          meta: Meta @join__field(graph: ACCOUNTS)
          reviews: [Review] @join__field(graph: REVIEWS)
        }
        """
    )
