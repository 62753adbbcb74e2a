"""Column types that several files of tables share."""

from sqlalchemy import JSON, BigInteger, Integer

BigId = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON()
