"""Versions of the model in the database: every training is kept, one at a time is active, the last one comes back."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.classifier.model import Model
from dispatch.classifier.training import Trained
from grids.database import Base, UtcDateTime

WORSE = 0.01  # macro-F1: a version that lies further below the active one of the same classes is not put to work


class ClassifierModel(Base):
    """One trained model. Its number is the version; `activated_at` is when it was last put to work."""

    __tablename__ = "classifier_model"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    trained_by: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200))  # name of the file
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file
    classes: Mapped[Any] = mapped_column(JSON)
    metrics: Mapped[Any] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(default=False, index=True)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    def model(self) -> Model:
        """Raises ValueError where what is stored is no model of this program's format."""
        return Model.from_bytes(self.data)


def keep(db: Session, trained: Trained, source: str, file: bytes, trained_by: str, now: datetime) -> ClassifierModel:
    """Stores what was trained from a file; it is not at work yet."""
    version = ClassifierModel(
        created_at=now,
        trained_by=trained_by,
        source=source[:200],
        digest=hashlib.sha256(file).hexdigest(),
        classes=list(trained.model.classes),
        metrics=trained.metrics,
        active=False,
        data=trained.model.to_bytes(),
    )
    db.add(version)
    db.flush()
    return version


def worse_than(version: ClassifierModel, active: ClassifierModel | None) -> bool:
    """Whether it does clearly worse at the same task; models of other classes cannot be compared."""
    if active is None or set(active.classes) != set(version.classes):
        return False
    return bool(version.metrics["macro_f1"] < active.metrics["macro_f1"] - WORSE)


def activate(db: Session, version: ClassifierModel | None, now: datetime) -> None:
    """Puts a version to work in place of the one that is; None leaves the lexicon alone."""
    db.execute(update(ClassifierModel).where(ClassifierModel.active).values(active=False))
    if version is not None:
        version.active, version.activated_at = True, now
    db.flush()


def active_version(db: Session) -> ClassifierModel | None:
    newest = select(ClassifierModel).where(ClassifierModel.active).order_by(ClassifierModel.id.desc()).limit(1)
    return db.scalars(newest).first()


def last_version(db: Session) -> ClassifierModel | None:
    """The one that was at work before the active one."""
    used = select(ClassifierModel).where(ClassifierModel.activated_at.is_not(None), ~ClassifierModel.active)
    return db.scalars(used.order_by(ClassifierModel.activated_at.desc(), ClassifierModel.id.desc()).limit(1)).first()


def all_versions(db: Session) -> list[ClassifierModel]:
    return list(db.scalars(select(ClassifierModel).order_by(ClassifierModel.id)))


def find_version(db: Session, number: int | None) -> ClassifierModel | None:
    """The version of that number; without a number the active one, else the newest."""
    if number is not None:
        return db.get(ClassifierModel, number)
    return (
        active_version(db) or db.scalars(select(ClassifierModel).order_by(ClassifierModel.id.desc()).limit(1)).first()
    )


def active_number() -> Any:
    """As a part of a query: the number of the active version, or null."""
    return select(func.max(ClassifierModel.id)).where(ClassifierModel.active).scalar_subquery()
